//! One test binary: every further one relinks the whole SDK.
