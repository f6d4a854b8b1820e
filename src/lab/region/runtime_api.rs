//! Lambda's Runtime API, public protocol 2018-06-01, for one execution environment: the handler's process asks for its
//! next event here and brings its answer.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

const PREFIX: &str = "/2018-06-01/runtime/";

/// An event for the handler.
#[derive(Debug)]
pub(super) struct Invocation {
    pub id: String,
    pub arn: String,
    pub trace: String,
    pub deadline: SystemTime,
    pub event: Bytes,
}

/// What the process does.
#[derive(Debug)]
pub(super) enum Act {
    /// It asks for an event: it has nothing else to do.
    Next,
    Answered {
        id: String,
        body: Bytes,
    },
    Failed {
        id: String,
        kind: String,
    },
    InitFailed {
        kind: String,
    },
}

/// The API's own end. Dropping it closes the API.
pub(super) struct Endpoint {
    pub address: SocketAddr,
    pub invocations: mpsc::Sender<Invocation>,
    pub acts: mpsc::UnboundedReceiver<Act>,
    _open: DropGuard,
}

struct State {
    invocations: Mutex<mpsc::Receiver<Invocation>>,
    acts: mpsc::UnboundedSender<Act>,
}

/// Opens one.
pub(super) async fn open() -> io::Result<Endpoint> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let (invocations, waiting) = mpsc::channel(1);
    let (acting, acts) = mpsc::unbounded_channel();
    let state = Arc::new(State {
        invocations: Mutex::new(waiting),
        acts: acting,
    });
    let open = CancellationToken::new();
    tokio::spawn(serve(listener, state, open.clone()));
    Ok(Endpoint {
        address,
        invocations,
        acts,
        _open: open.drop_guard(),
    })
}

async fn serve(listener: TcpListener, state: Arc<State>, open: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = open.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let (state, open) = (Arc::clone(&state), open.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&state), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                _ = connection => {}
                () = open.cancelled() => {}
            }
        });
    }
}

async fn answer(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(route(&state, request)
        .await
        .unwrap_or_else(|| plain(StatusCode::BAD_REQUEST)))
}

async fn route(state: &State, request: Request<Incoming>) -> Option<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let what: Vec<&str> = parts.uri.path().strip_prefix(PREFIX)?.split('/').collect();
    let kind = parts.headers.get("lambda-runtime-function-error-type");
    let kind = kind
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("Unhandled")
        .to_owned();
    let act = match (&parts.method, what.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => return next(state).await,
        (&Method::POST, ["invocation", id, "response"]) => Act::Answered {
            id: (*id).to_owned(),
            body: body.collect().await.ok()?.to_bytes(),
        },
        (&Method::POST, ["invocation", id, "error"]) => Act::Failed {
            id: (*id).to_owned(),
            kind,
        },
        (&Method::POST, ["init", "error"]) => Act::InitFailed { kind },
        _ => return Some(plain(StatusCode::NOT_FOUND)),
    };
    state.acts.send(act).ok()?;
    Some(plain(StatusCode::ACCEPTED))
}

async fn next(state: &State) -> Option<Response<Full<Bytes>>> {
    let mut invocations = state.invocations.lock().await;
    state.acts.send(Act::Next).ok()?;
    let invocation = invocations.recv().await?;
    let deadline = invocation
        .deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()?;
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", invocation.id)
        .header(
            "lambda-runtime-deadline-ms",
            deadline.as_millis().to_string(),
        )
        .header("lambda-runtime-invoked-function-arn", invocation.arn)
        .header("lambda-runtime-trace-id", invocation.trace)
        .body(Full::new(invocation.event))
        .ok()
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}")));
    *response.status_mut() = status;
    response
}
