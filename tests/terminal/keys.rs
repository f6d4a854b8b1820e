//! Keys, through the whole program.

use std::time::{Duration, Instant};

use super::pty::{Console, Start, holds};

const FLEET: &[&str] = &["us-east-1", "eu-west-1", "ap-southeast-1"];

fn demo() -> Console {
    let console = Console::demo();
    console.wait_text(FLEET);
    console
}

#[test]
fn the_first_screen_is_a_living_fleet() {
    let console = demo();
    console.wait_text(&["DEMO", "orders", "healthy", "writer"]);
}

#[test]
fn digits_go_from_screen_to_screen() {
    let mut console = demo();
    for (key, text) in [
        ("2", "API requests"),
        ("3", "Members"),
        ("4", "Routing records"),
        ("5", "Operations"),
        ("7", "bob@example.com"),
        ("1", "Alarms"),
    ] {
        console.press(key);
        console.wait_text(&[text]);
    }
}

#[test]
fn enter_opens_the_region_under_the_cursor_and_escape_returns() {
    let mut console = demo();
    console.press("j\r");
    console.wait_text(&["API requests", "eu-west-1"]);
    console.press("\x1b");
    console.wait_text(FLEET);
}

#[test]
fn help_goes_from_the_keys_to_the_marks() {
    let mut console = demo();
    console.press("?");
    console.wait_text(&["Move", "Screens"]);
    console.press("G");
    console.wait_text(&["What the marks mean"]);
    console.press("?");
    console.wait_no_text(&["What the marks mean"]);
}

#[test]
fn the_palette_completes_and_refuses_with_a_reason() {
    let mut console = demo();
    console.press(":edg\t\r");
    console.wait_text(&["Routing records"]);
    console.press(":dance\r");
    console.wait_text(&["`:dance` is not a command"]);
    console.press("\x1b");
    console.wait_no_text(&["is not a command"]);
}

#[test]
fn a_filter_hides_rows_while_it_is_typed() {
    let mut console = demo();
    console.press("5");
    // Only the upper list names services.
    console.wait_text(&["acm", "apigateway"]);
    console.press("/!service:^ac");
    console.wait_no_text(&["acm"]);
    console.press("\r");
    console.wait_no_text(&["column:value", "acm"]);
    console.press("\x1b");
    console.wait_text(&["acm", "apigateway"]);
}

/// Nothing answers, anywhere.
const DARK: &str = r#"
title = "nothing answers"
explanation = "Every Region of the fleet is dark."
event = [
    { at = "-4m", start = "region-dark", region = "us-east-1" },
    { at = "-4m", start = "region-dark", region = "eu-west-1" },
    { at = "-4m", start = "region-dark", region = "ap-southeast-1" },
]
"#;

#[test]
fn keys_are_answered_while_every_call_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("dark.toml");
    std::fs::write(&scenario, DARK).unwrap();
    let mut console = Console::start(&Start {
        args: &[
            "demo",
            "--seed",
            "1",
            "--scenario",
            scenario.to_str().unwrap(),
        ],
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "unknown"]);
    for (key, text) in [
        ("3", "Members"),
        ("4", "Routing records"),
        ("5", "Operations"),
        ("1", "Alarms"),
    ] {
        let pressed = Instant::now();
        console.press(key);
        console.wait_text(&[text]);
        // The calls hang for many seconds; an answer that waited for one would show.
        assert!(
            pressed.elapsed() < Duration::from_secs(2),
            "{key} took {:?}",
            pressed.elapsed()
        );
    }
}

#[test]
fn a_copied_row_goes_to_the_clipboard_of_the_terminal() {
    let mut console = demo();
    console.press("y");
    console.wait_bytes("\x1b]52;c;");
}

#[test]
fn themes_are_tried_on_while_choosing_and_escape_takes_them_off() {
    let mut console = demo();
    let ground = |screen: &vt100::Screen| screen.cell(0, 0).unwrap().bgcolor();
    let before = console.read(ground);
    console.press("t");
    console.wait_text(&["light", "mono"]);
    console.press("j");
    console.wait("another background", |screen| ground(screen) != before);
    console.press("\x1b");
    console.wait("the first background", |screen| ground(screen) == before);
}

#[test]
fn the_mouse_is_left_alone_unless_asked_for() {
    let console = demo();
    assert!(!holds(&console.bytes(), "\x1b[?1000h"));
    let mut console = Console::start(&Start {
        args: &["demo", "--seed", "1", "--mouse"],
        ..Start::default()
    });
    console.wait_text(FLEET);
    assert!(holds(&console.bytes(), "\x1b[?1000h"));
    assert!(
        !holds(&console.bytes(), "\x1b[?1003h"),
        "motion is nobody's business"
    );
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
}

#[test]
fn no_color_means_none() {
    let console = Console::start(&Start {
        env: &[("NO_COLOR", "1")],
        ..Start::default()
    });
    console.wait_text(FLEET);
    console.wait("no colours", |screen| {
        let (rows, columns) = screen.size();
        (0..rows.get()).all(|row| {
            (0..columns.get()).all(|column| {
                screen.cell(row, column).is_none_or(|cell| {
                    cell.fgcolor() == vt100::Color::Default
                        && cell.bgcolor() == vt100::Color::Default
                })
            })
        })
    });
}

#[test]
fn the_screen_is_saved_as_svg_png_and_text_and_no_file_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = demo();
    let begins: [(&str, &[u8]); 3] = [
        ("screen.svg", b"<svg"),
        ("screen.png", b"\x89PNG\r\n\x1a\n"),
        ("screen.txt", b" gwctl orders"),
    ];
    for (name, begin) in begins {
        let file = folder.path().join(name);
        console.press(&format!(":snap {}\r", file.display()));
        console.wait("the file", |_| {
            std::fs::read(&file).is_ok_and(|bytes| bytes.starts_with(begin))
        });
    }
    let text = std::fs::read_to_string(folder.path().join("screen.txt")).unwrap();
    assert!(FLEET.iter().all(|region| text.contains(region)), "{text}");
    assert_eq!(text.lines().count(), 40, "{text}");
    let file = folder.path().join("screen.txt");
    console.press(&format!(":snap {}\r", file.display()));
    console.wait_text(&["could not be written"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    console.press(":snap screen.gif\r");
    console.wait_text(&["screen.gif has no ending"]);
}

#[test]
fn keys_are_answered_while_a_picture_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = demo();
    let file = folder.path().join("screen.png");
    console.press(&format!(":snap {}\r?", file.display()));
    console.wait("help, before the picture is there", |screen| {
        assert!(!file.exists(), "the picture was written first");
        screen.contents().contains("Help")
    });
    console.wait("the picture", |_| file.exists());
}
