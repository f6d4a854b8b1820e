//! The pictures in `screenshots/` are what the program draws now.

use std::path::Path;
use std::process::Command;

/// File and arguments of every picture.
fn listed() -> Vec<(&'static str, Vec<&'static str>)> {
    let list = include_str!("../../screenshots/pictures.txt");
    list.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut words = line.split_whitespace();
            (words.next().unwrap(), words.collect())
        })
        .collect()
}

/// As `screenshots/make` does it, without the settings of whoever runs the test.
fn draw(file: &str, arguments: &[&str]) -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join(file);
    let mut gwctl = Command::new(env!("CARGO_BIN_EXE_gwctl"));
    for name in [
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "HOME",
    ] {
        gwctl.env(name, home.path());
    }
    for name in [
        "GWCTL_THEME",
        "GWCTL_CONFIG",
        "GWCTL_FLEET",
        "GWCTL_LOG",
        "NO_COLOR",
    ] {
        gwctl.env_remove(name);
    }
    let kind = Path::new(file).extension().unwrap();
    let done = gwctl
        .arg("screenshot")
        .args(arguments)
        .arg("--output")
        .arg(kind)
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{file}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    std::fs::read(out).unwrap()
}

#[test]
fn no_picture_is_stale() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    // Each is a process of its own: side by side they take as long as the slowest.
    let drawn: Vec<(&str, bool)> = std::thread::scope(|scope| {
        let running: Vec<_> = listed()
            .into_iter()
            .map(|(file, arguments)| {
                let kept = std::fs::read(folder.join(file)).unwrap_or_default();
                (file, scope.spawn(move || draw(file, &arguments) == kept))
            })
            .collect();
        running
            .into_iter()
            .map(|(file, same)| (file, same.join().unwrap()))
            .collect()
    });
    let stale: Vec<&str> = drawn
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(file, _)| file)
        .collect();
    assert!(
        stale.is_empty(),
        "stale: {}; look at the change, then run `screenshots/make`",
        stale.join(", ")
    );
}

#[test]
fn pictures_are_small_enough_for_a_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    for (file, _) in listed() {
        let size = std::fs::metadata(folder.join(file)).unwrap().len();
        assert!(size < 300_000, "{file} is {size} bytes");
    }
}

#[test]
fn a_picture_can_be_drawn_in_every_format_and_a_wrong_wish_is_explained() {
    let args = ["--screen", "calls", "--size", "80x24"];
    let png = draw("a.png", &args);
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let text = String::from_utf8(draw("a.txt", &args)).unwrap();
    assert!(
        text.lines().count() == 24 && text.contains("Operations"),
        "{text}"
    );
    let wrong = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_gwctl"))
            .arg("screenshot")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2));
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(wrong(&["--size", "80by24"]).contains("such as 160x48"));
    assert!(wrong(&["--screen", "region", "--region", "eu-north-1"]).contains("ap-southeast-1"));
    assert!(wrong(&["--theme", "drak"]).contains("dark"));
}
