//! The templates by AWS's own schemas, the edge router in a real Node.

mod router;
mod templates;
