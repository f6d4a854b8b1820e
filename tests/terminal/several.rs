//! An action on several fleets, from the marks to the end, in a terminal.

use super::pty::Console;

/// Five fleets in worlds of their own; of `wallet` the primary Region is dark.
const FIVE: [&str; 5] = ["demo", "--seed", "1", "--speed", "4"];

/// Three fleets planned to leave a Region that one of them cannot leave.
fn planned(console: &mut Console) {
    console.press("0");
    console.wait_text(&["wallet", "watching 4 others"]);
    console.press(":mark orders,basket,wallet\r");
    console.wait_text(&["3 marked"]);
    console.press("a");
    console.wait_text(&[":evacuate"]);
    console.press("eu-west-1\r");
    console.wait_text(&["2 of 3"]);
    console.wait_no_text(&["planning"]);
}

#[test]
fn two_of_three_fleets_begin_to_leave_after_one_confirmation_and_the_third_says_why_not() {
    let mut console = Console::living(&[&FIVE[..], &["--write"]].concat());
    planned(&mut console);
    // What cannot leave stands first, with its reason.
    console.wait_text(&["left out: no way to shift traffic from eu-west-1"]);
    console.press("\r");
    console.wait_text(&[
        "left out: wallet",
        "Type eu-west-1 2 to start these 2 runs.",
    ]);
    console.press("eu-west-1\r");
    console.wait_text(&["`eu-west-1` is not `eu-west-1 2`: nothing was changed"]);
    console.press(" 2\r");
    console.wait_text(&["1 left out, 2 running"]);
    // Each has a run of its own: Enter opens it, Esc comes back; leaving the overview leaves the runs alone.
    console.press("jj\r");
    console.wait_text(&["Changes sent", "PutMetricData"]);
    console.press("\x1b");
    console.wait_text(&["1 left out", "open the run"]);
    console.press("\x1b");
    console.wait_text(&["watching 4 others"]);
    console.press("q");
    console.wait_text(&["2 runs are under way"]);
    console.press("j\r");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
    console.wait("both runs are named", |screen| {
        screen.contents().matches("was left").count() == 2
    });
}

#[test]
fn the_demo_opens_the_fleet_that_is_named() {
    let mut console = Console::living(&[&FIVE[..], &["--fleet", "parcel"]].concat());
    console.wait_text(&["gwctl parcel", "DEMO lag-surge"]);
    console.press("0");
    console.wait_text(&["wallet", "watching 4 others"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn read_only_shows_the_plans_and_starts_none() {
    let mut console = Console::living(&FIVE);
    planned(&mut console);
    console.press("\r");
    console.wait_text(&["read-only", ":arm"]);
    console.press("\r");
    console.wait_text(&["gwctl is read-only"]);
    console.press(":arm\r");
    console.wait_text(&["Type eu-west-1 2"]);
    console.press("\x1b\x1b");
    console.wait_text(&["3 marked"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}
