//! How a replica reaches the writer, wherever that is: over the distance between the two. When the writer moves, the
//! replica need not be told.

use std::sync::{Arc, Weak};

use gwctl_fleet::Region;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::{DatabaseError, Shared};

/// Listens at the socket that a Region's database takes for its source.
pub(super) fn serve(
    shared: &Arc<Shared>,
    region: &Region,
    tasks: &CancellationToken,
) -> Result<(), DatabaseError> {
    let path = &shared.member(region)?.uplink;
    let listening =
        UnixListener::bind(path).and_then(|listener| shared.install.give(path).map(|()| listener));
    let listener = listening.map_err(DatabaseError::io("the lab cannot listen for a replica"))?;
    let (shared, region, tasks) = (Arc::downgrade(shared), region.clone(), tasks.clone());
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = tasks.cancelled() => return,
            };
            if let Ok((replica, _)) = accepted {
                tokio::spawn(stream(
                    shared.clone(),
                    region.clone(),
                    tasks.clone(),
                    replica,
                ));
            }
        }
    });
    Ok(())
}

async fn stream(
    shared: Weak<Shared>,
    region: Region,
    tasks: CancellationToken,
    replica: UnixStream,
) {
    let Some(shared) = shared.upgrade() else {
        return;
    };
    let Ok(member) = shared.member(&region) else {
        return;
    };
    let severed = member.streams.token();
    let carried = async {
        let writer = shared.writer();
        if writer == region {
            return;
        }
        shared.links.there_and_back(&region, &writer).await;
        let Ok(source) = shared.member(&writer) else {
            return;
        };
        if let Ok(far) = UnixStream::connect(&source.socket).await {
            let _ = shared.links.carry(replica, far, &region, &writer).await;
        }
    };
    tokio::select! {
        () = carried => {}
        () = severed.cancelled() => {}
        () = tasks.cancelled() => {}
    }
}
