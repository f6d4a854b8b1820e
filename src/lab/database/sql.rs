//! Just enough of a PostgreSQL client to govern the databases of a lab: simple queries over a Unix socket.

use std::io;
use std::path::Path;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::UnixStream;

use super::message;

/// Rows of text, as PostgreSQL writes its values; `None` is NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// Why a database gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    #[error("the database cannot be reached: {0}")]
    Io(#[from] io::Error),
    /// PostgreSQL's own: SQLSTATE and text.
    #[error("PostgreSQL said {code}: {message}")]
    Refused { code: String, message: String },
    #[error("the database ended in the middle of an answer")]
    Ended,
}

/// The superuser of a lab's databases. It signs in over the socket in the lab's own folder alone.
pub(super) const SUPERUSER: &str = "postgres";

/// A session, of the superuser over a socket unless it says otherwise.
pub struct Session<S: AsyncRead + AsyncWrite = UnixStream> {
    stream: BufStream<S>,
}

impl Session {
    /// Opens one.
    ///
    /// # Errors
    /// The server is not there or does not take sessions yet.
    pub async fn open(socket: &Path, database: &str) -> Result<Self, SqlError> {
        let stream = UnixStream::connect(socket).await?;
        let startup = [
            ("user", SUPERUSER),
            ("database", database),
            ("application_name", "gwctl lab"),
        ];
        Session::begin(stream, &startup, None).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Begins one over a connection that is open.
    ///
    /// # Errors
    /// What PostgreSQL had against it, or it is gone.
    pub async fn begin(
        stream: S,
        startup: &[(&str, &str)],
        password: Option<&str>,
    ) -> Result<Self, SqlError> {
        let mut session = Self {
            stream: BufStream::new(stream),
        };
        session.stream.write_all(&message::startup(startup)).await?;
        if let Some(password) = password {
            session
                .stream
                .write_all(&message::password(password))
                .await?;
        }
        session.answer().await?;
        Ok(session)
    }

    /// What the last statement of `sql` that has rows gave.
    ///
    /// # Errors
    /// What PostgreSQL had against it, or it is gone.
    pub async fn ask(&mut self, sql: &str) -> Result<Rows, SqlError> {
        self.stream.write_all(&message::query(sql)).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<Rows, SqlError> {
        self.stream.flush().await?;
        let mut rows = Rows::new();
        let mut refused = None;
        loop {
            let tag = self.stream.read_u8().await.map_err(ended)?;
            let length = self.stream.read_u32().await.map_err(ended)?;
            let mut body = vec![0; length.saturating_sub(4) as usize];
            self.stream.read_exact(&mut body).await.map_err(ended)?;
            match tag {
                b'T' => rows.clear(),
                b'D' => rows.push(message::row(&body).ok_or(SqlError::Ended)?),
                b'E' => {
                    let (severity, code, message) = message::read_error(&body);
                    let error = SqlError::Refused { code, message };
                    if severity == "FATAL" || severity == "PANIC" {
                        return Err(error);
                    }
                    refused.get_or_insert(error);
                }
                b'Z' => return refused.map_or(Ok(rows), Err),
                _ => {}
            }
        }
    }
}

fn ended(error: io::Error) -> SqlError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        SqlError::Ended
    } else {
        SqlError::Io(error)
    }
}
