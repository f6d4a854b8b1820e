//! A Region is built while the console looks: it comes to be shown and written down, without a restart.

use std::os::unix::fs::symlink;
use std::time::Duration;

use super::pty::{Console, Start};
use crate::cli::harness::Home;
use crate::cli::served::Served;

/// Fast enough to see a Region built in seconds, and slow enough that no figure is old before it is drawn.
const SPEED: &str = "160";

/// Types `line` after `:`, and goes through the wizard to the run.
fn begin(console: &mut Console, line: &str, region: &str) {
    for _ in 0..10 {
        console.press(&format!(":{line}\r"));
        console.wait_text(&["Before and after", "Enter checks"]);
        // The template's sample code must be waived where it comes in.
        console.press(&format!("\rw\r{region}\r"));
        // On a busy machine something is old for a moment, and the plan another one: then once more.
        let ends = ["Changes sent", "look at it again", "not waived yet"];
        console.wait(&format!("{ends:?}"), |screen| {
            ends.iter().any(|end| screen.contents().contains(end))
        });
        if console.contents().contains(ends[0]) {
            return;
        }
        while console.contents().contains("Confirm") {
            console.press("\x1b");
            console.shows_within(Duration::from_millis(200), "World");
        }
    }
    panic!("it does not begin; on screen is\n{}", console.contents());
}

#[test]
fn a_region_built_in_the_console_comes_to_be_on_the_dashboard() {
    let fast = ["demo", "--seed", "1", "--speed", SPEED, "--write"];
    let mut console = Console::start(&Start {
        args: &fast,
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "healthy"]);
    console.wait_no_text(&["first look under way"]);
    begin(&mut console, "provision eu-central-1", "eu-central-1");
    console.wait_text(&[" DONE ", "the fleet on screen is as it was built"]);
    // The run's screen stays, and the Region is there once it was looked at.
    console.press("1");
    console.wait_text(&["World", "provision", "done", "eu-central-1", "4 healthy"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
}

#[test]
fn the_configuration_says_what_was_built_in_the_console() {
    let served = Served::start(&["--speed", SPEED]);
    let home = Home::new();
    // As people keep it: elsewhere, and linked to.
    let kept = std::path::Path::new(served.export("GWCTL_CONFIG"));
    let linked = home.path("fleets.toml");
    symlink(kept, &linked).unwrap();
    let linked_name = linked.to_str().unwrap();
    let mut env = served.exports();
    env.retain(|(name, _)| *name != "GWCTL_CONFIG");
    env.push(("GWCTL_CONFIG", linked_name));
    let mut console = Console::start(&Start {
        args: &["--write"],
        env: &env,
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "healthy"]);
    console.wait_no_text(&["first look under way"]);
    begin(&mut console, "provision eu-central-1", "eu-central-1");
    console.wait_text(&[" DONE ", "now describes the fleet as it is"]);
    console.press("1");
    console.wait_text(&["World", "eu-central-1", "4 healthy"]);
    let text = std::fs::read_to_string(kept).unwrap();
    assert!(text.contains("region = \"eu-central-1\""), "{text}");
    assert!(linked.is_symlink());
}
