//! An error reply, before a protocol gives it its shape.

use super::value::Value;

/// What an operation refuses with.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The code clients compare: `DBClusterNotFoundFault`.
    pub code: String,
    /// The model's name of the shape, where it differs from the code (CloudWatch).
    pub shape: Option<&'static str>,
    /// One sentence.
    pub message: String,
    /// HTTP status.
    pub status: u16,
    /// Members beyond code and message.
    pub extra: Vec<(&'static str, Value)>,
    /// Whether this simulator lacks the operation, which the log should say.
    pub unimplemented: bool,
}

impl Fault {
    /// An error of the caller's making.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            shape: None,
            message: message.into(),
            status,
            extra: Vec::new(),
            unimplemented: false,
        }
    }

    /// A 400.
    pub fn bad(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// A 404.
    pub fn not_found(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    /// A value that is not what its member wants.
    pub fn malformed(name: &str, wanted: &str) -> Self {
        Self::bad(
            "MalformedInput",
            format!("Value of {name} is not a valid {wanted}"),
        )
    }

    /// A required member that is absent.
    pub fn missing(name: &str) -> Self {
        Self::bad(
            "ValidationError",
            format!("The request must contain the parameter {name}."),
        )
    }

    /// An operation that is not simulated; its protocol has a code for that.
    pub fn unimplemented(operation: &str) -> Self {
        Self {
            unimplemented: true,
            ..Self::bad("UnknownOperationException", operation)
        }
    }

    /// Whose fault it was, in Query's words.
    pub const fn side(&self) -> &'static str {
        if self.status >= 500 {
            "Receiver"
        } else {
            "Sender"
        }
    }

    /// As [`Fault::code`], but known to its model under another name.
    #[must_use]
    pub const fn shaped(mut self, shape: &'static str) -> Self {
        self.shape = Some(shape);
        self
    }

    /// With a further member.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.extra.push((name, value.into()));
        self
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
