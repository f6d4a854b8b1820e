//! X-Ray: the graph of the functions whose requests are traced (aws-facts §15.3).

use jiff::Timestamp;

use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::State;

/// Part of the requests that is traced.
const SAMPLED: f64 = 0.05;
/// Longest window, in seconds.
const LONGEST: i64 = 6 * 3_600;

pub fn call(operation: &str, world: &State, ask: &Ask) -> Answer {
    if operation != "GetServiceGraph" {
        return Err(Fault::unimplemented(operation));
    }
    let input = &ask.input;
    let needed = |name: &'static str| {
        input
            .time(name)
            .and_then(|at| at.ok_or_else(|| invalid(name)))
    };
    let (from, to) = (needed("StartTime")?, needed("EndTime")?);
    if from >= to || to.duration_since(from).as_secs() > LONGEST {
        return Err(invalid("the time range"));
    }
    let here = world.resources.functions.iter().filter(|function| {
        world.traced && function.region == ask.region && !function.name.contains("router")
    });
    let nodes = here.filter_map(|function| node(world, ask, &function.name, (from, to)));
    Ok(shape! {
        "StartTime": from,
        "EndTime": to,
        "Services": members(nodes),
        "ContainsOldGroupVersions": false,
    }
    .into())
}

fn invalid(what: &str) -> Fault {
    Fault::bad("InvalidRequestException", format!("{what} is not valid"))
}

/// None of a function that nobody called.
fn node(world: &State, ask: &Ask, name: &str, window: (Timestamp, Timestamp)) -> Option<Value> {
    let sum = |metric: &str| -> f64 {
        let dimensions = [("FunctionName", name)];
        let (region, (from, to)) = (ask.region.as_str(), window);
        let points = world.metrics.query(
            region,
            "AWS/Lambda",
            metric,
            &dimensions,
            "Sum",
            60,
            from,
            to,
        );
        points.iter().map(|(_, value)| value).sum()
    };
    let count = |metric: &str| (sum(metric) * SAMPLED).ceil() as i64;
    let (all, failed) = (count("Invocations"), count("Errors"));
    (all > 0).then(|| {
        shape! {
            "Name": name,
            "Type": "AWS::Lambda::Function",
            "State": "active",
            "SummaryStatistics": shape! {
                "OkCount": all - failed,
                "ErrorStatistics": shape! { "ThrottleCount": 0, "OtherCount": 0, "TotalCount": 0 },
                "FaultStatistics": shape! { "OtherCount": failed, "TotalCount": failed },
                "TotalCount": all,
                "TotalResponseTime": sum("Duration") * SAMPLED / 1_000.0,
            },
        }
    })
}
