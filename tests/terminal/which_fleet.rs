//! A configuration with several fleets, and nothing that says which is meant.

use super::pty::{Console, Start};
use crate::cli::harness::fleet;

#[test]
fn whoever_sits_at_a_terminal_is_asked() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("gwctl.toml");
    let orders = fleet(&["us-east-1", "eu-west-1"]);
    let shop = orders.replace("[fleets.orders", "[fleets.shop");
    let shop = shop.replace("[[fleets.orders", "[[fleets.shop");
    std::fs::write(&config, format!("{orders}\n{shop}")).unwrap();
    let mut console = Console::start(&Start {
        args: &["--config", config.to_str().unwrap()],
        env: &[
            // Nobody listens there.
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_ACCESS_KEY_ID", "A"),
            ("AWS_SECRET_ACCESS_KEY", "B"),
        ],
        ..Start::default()
    });
    console.wait_text(&["1  orders", "2  shop", "Number or name:"]);
    console.press("shoop\r");
    console.wait_text(&["neither a number from 1 to 2"]);
    console.press("2\r");
    console.wait_text(&["gwctl shop", "us-east-1"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}
