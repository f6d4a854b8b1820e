//! Pictures to look at: `GWCTL_LOOK=dir cargo test -q looks` writes every screen there as PNG.

use gwctl::console::app::{Screen, State};
use gwctl::console::view::picture::Picture;
use gwctl::console::view::{Depth, Theme, draw_into};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sample;

pub fn drawn(state: &State, theme: &Theme) -> Buffer {
    let area = Rect::new(0, 0, state.size.0, state.size.1);
    let mut buffer = Buffer::empty(area);
    draw_into(&mut buffer, area, state, theme);
    buffer
}

pub fn screens() -> Vec<Screen> {
    let region = Screen::Region(sample::region("ap-southeast-1"));
    vec![
        Screen::Fleet,
        region,
        Screen::Database,
        Screen::Edge,
        Screen::Calls,
    ]
}

#[test]
fn looks() {
    let Ok(dir) = std::env::var("GWCTL_LOOK") else {
        return;
    };
    let only = std::env::var("GWCTL_ONLY").unwrap_or_default();
    let all: Vec<&str> = gwctl::fleet::Region::all()
        .map(|region| region.place().unwrap().code)
        .collect();
    for (name, snapshot) in [
        ("calm", sample::fleet(&sample::THREE)),
        ("bad", sample::bad_day()),
        ("many", sample::fleet(&all)),
    ] {
        for theme in ["dark", "light", "mono"] {
            let theme = Theme::load(theme, None, Depth::True, false).unwrap();
            for (width, height) in [(80, 24), (120, 40), (200, 60)] {
                for screen in screens() {
                    let file = format!("{}-{name}-{}-{width}.png", screen.name(), theme.name);
                    if !file.contains(&only) {
                        continue;
                    }
                    let mut state = sample::state(snapshot.clone(), (width, height));
                    sample::go(&mut state, screen.clone());
                    let buffer = drawn(&state, &theme);
                    let picture = Picture::new(&buffer, theme.look(&file));
                    std::fs::write(format!("{dir}/{file}"), picture.png().unwrap()).unwrap();
                }
            }
        }
    }
}

#[test]
fn looks_of_overlays() {
    let Ok(dir) = std::env::var("GWCTL_LOOK") else {
        return;
    };
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    for (index, overlay) in super::sizes::overlays().into_iter().enumerate() {
        let mut state = sample::state(sample::bad_day(), (100, 32));
        state.overlay = overlay;
        let picture = Picture::new(&drawn(&state, &theme), theme.look("overlay"));
        std::fs::write(format!("{dir}/overlay-{index}.png"), picture.png().unwrap()).unwrap();
    }
}
