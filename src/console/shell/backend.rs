//! A backend that writes once a frame, not at all when nothing changed, and can write everything again.

use std::io::{self, Write};

use crossterm::{cursor, queue, terminal};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use unicode_width::UnicodeWidthStr;

/// Begin and end of a synchronized update: terminals that know it show the frame at once, others
/// pass over it.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
/// What another program may have left the terminal in: a second character set, a scrolling region, a style.
const SANE: &[u8] = b"\x0f\x1b(B\x1b[r\x1b[0m";

/// Where the cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Hidden,
    Shown,
    At(Position),
}

/// Gathers a frame, and hands it on in one write.
struct Frames<W: Write> {
    out: W,
    frame: Vec<u8>,
}

impl<W: Write> Write for Frames<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.frame.is_empty() {
            self.frame.extend_from_slice(BEGIN);
        }
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.extend_from_slice(END);
        let written = self.out.write_all(&self.frame);
        self.frame.clear();
        written?;
        self.out.flush()
    }
}

/// Draws what changed, and flushes nowhere but at the end of a frame.
pub(super) struct Quiet<W: Write> {
    page: Frames<W>,
    size: Size,
    cursor: Cursor,
    /// What was drawn, row by row.
    cells: Vec<Cell>,
}

impl<W: Write> Quiet<W> {
    /// A screen of `size` that is clear, its cursor hidden.
    pub fn new(out: W, size: Size) -> Self {
        let page = Frames {
            out,
            frame: Vec::new(),
        };
        Self {
            page,
            size,
            cursor: Cursor::Hidden,
            cells: blank(size),
        }
    }

    /// The terminal has another size. Asking it each frame would cost system calls, and a program
    /// to run where the answer is nonsense.
    pub fn set_size(&mut self, size: Size) {
        self.size = size;
        self.cells = blank(size);
    }

    /// Writes every cell again, over whatever another program wrote there. Nothing is cleared first, so that
    /// nothing flickers.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.page.write_all(SANE)?;
        let width = usize::from(self.size.width).max(1);
        let mut covered = 0;
        let shown = self.cells.iter().enumerate().filter(|(index, cell)| {
            // The right half of a wide character.
            if covered > 0 && index % width > 0 {
                covered -= 1;
                return false;
            }
            covered = cell.symbol().width().saturating_sub(1);
            true
        });
        let placed =
            shown.map(|(index, cell)| ((index % width) as u16, (index / width) as u16, cell));
        super::cells::write(&mut self.page, placed)?;
        match self.cursor {
            Cursor::Hidden => queue!(self.page, cursor::Hide)?,
            Cursor::Shown => queue!(self.page, cursor::Show)?,
            Cursor::At(at) => queue!(self.page, cursor::MoveTo(at.x, at.y), cursor::Show)?,
        }
        Write::flush(&mut self.page)
    }

    /// Sends `text` past the drawing.
    pub fn send(&mut self, text: &str) -> io::Result<()> {
        self.page.write_all(text.as_bytes())?;
        Write::flush(&mut self.page)
    }
}

fn blank(size: Size) -> Vec<Cell> {
    vec![Cell::EMPTY; usize::from(size.width) * usize::from(size.height)]
}

impl<W: Write> Backend for Quiet<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        // Drawing moves the cursor.
        if matches!(self.cursor, Cursor::At(_)) {
            self.cursor = Cursor::Shown;
        }
        let (width, cells) = (usize::from(self.size.width), &mut self.cells);
        let kept = content.inspect(|(x, y, cell)| {
            if let Some(kept) = cells.get_mut(usize::from(*y) * width + usize::from(*x)) {
                kept.clone_from(cell);
            }
        });
        super::cells::write(&mut self.page, kept)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor == Cursor::Hidden {
            return Ok(());
        }
        self.cursor = Cursor::Hidden;
        queue!(self.page, cursor::Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Cursor::Hidden {
            return Ok(());
        }
        self.cursor = Cursor::Shown;
        queue!(self.page, cursor::Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Never ask the terminal: its answer would race the keys.
        match self.cursor {
            Cursor::At(position) => Ok(position),
            Cursor::Hidden | Cursor::Shown => Ok(Position::ORIGIN),
        }
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Cursor::At(position) {
            return Ok(());
        }
        if self.cursor != Cursor::Hidden {
            self.cursor = Cursor::At(position);
        }
        queue!(self.page, cursor::MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, kind: ClearType) -> io::Result<()> {
        let kind = match kind {
            ClearType::All => {
                self.cells = blank(self.size);
                terminal::ClearType::All
            }
            ClearType::AfterCursor => terminal::ClearType::FromCursorDown,
            ClearType::BeforeCursor => terminal::ClearType::FromCursorUp,
            ClearType::CurrentLine => terminal::ClearType::CurrentLine,
            ClearType::UntilNewLine => terminal::ClearType::UntilNewLine,
        };
        queue!(self.page, terminal::Clear(kind))
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.page)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::widgets::Paragraph;

    use super::*;

    #[derive(Default)]
    struct Counted {
        writes: Vec<usize>,
    }

    impl Write for &mut Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes.push(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn writes_of(size: (u16, u16), frames: &[(&str, Option<(u16, u16)>)]) -> Vec<usize> {
        let mut counted = Counted::default();
        let backend = Quiet::new(&mut counted, Size::new(size.0, size.1));
        let mut terminal = Terminal::new(backend).unwrap();
        for (text, cursor) in frames {
            terminal
                .draw(|frame| {
                    frame.render_widget(Paragraph::new(*text), frame.area());
                    if let Some(at) = cursor {
                        frame.set_cursor_position(*at);
                    }
                })
                .unwrap();
        }
        drop(terminal);
        counted.writes
    }

    #[test]
    fn a_frame_is_one_write_and_an_unchanged_one_is_none() {
        let writes = writes_of(
            (80, 24),
            &[
                ("p99 120 ms", None),
                ("p99 120 ms", None),
                ("p99 121 ms", None),
            ],
        );
        assert_eq!(writes.len(), 2, "{writes:?}");
        assert!(writes[1] < 60, "one figure costs few bytes: {writes:?}");
    }

    #[test]
    fn a_standing_cursor_costs_nothing_and_a_moving_one_little() {
        let frames = [
            (":", Some((1, 0))),
            (":", Some((1, 0))),
            (":", Some((2, 0))),
            (":", None),
        ];
        let writes = writes_of((80, 24), &frames);
        assert_eq!(writes.len(), 3, "{writes:?}");
    }

    #[test]
    fn the_cursor_returns_to_its_place_after_something_else_was_drawn() {
        let frames = [("a", Some((5, 0))), ("b", Some((5, 0)))];
        let mut counted = Vec::new();
        let mut terminal = Terminal::new(Quiet::new(&mut counted, Size::new(10, 1))).unwrap();
        for (text, at) in frames {
            terminal
                .draw(|frame| {
                    frame.render_widget(Paragraph::new(text), frame.area());
                    if let Some(at) = at {
                        frame.set_cursor_position(at);
                    }
                })
                .unwrap();
        }
        drop(terminal);
        let text = String::from_utf8(counted).unwrap();
        assert_eq!(text.matches("\x1b[1;6H").count(), 2, "{text:?}");
    }

    #[test]
    fn a_repaint_writes_every_cell_once_more_and_puts_the_cursor_back() {
        let mut written = Vec::new();
        let mut terminal = Terminal::new(Quiet::new(&mut written, Size::new(10, 2))).unwrap();
        let draw = |frame: &mut ratatui::Frame<'_>| {
            frame.render_widget(Paragraph::new("a\u{4e2d}b\nlower"), frame.area());
            frame.set_cursor_position((3, 1));
        };
        terminal.draw(draw).unwrap();
        terminal.backend_mut().repaint().unwrap();
        drop(terminal);
        let mut screen = vt100::Parser::new(2.try_into().unwrap(), 10.try_into().unwrap(), 0);
        let text = String::from_utf8(written).unwrap();
        let frames: Vec<&str> = text.split_inclusive("\x1b[?2026l").collect();
        let [first, again] = frames.as_slice() else {
            panic!("{frames:?}")
        };
        screen.process(first.as_bytes());
        let lines = |screen: &vt100::Parser| -> Vec<String> {
            let rows = screen.screen().rows(0, 10);
            rows.map(|row| row.trim_end().to_owned()).collect()
        };
        let (drawn, cursor) = (lines(&screen), screen.screen().cursor_position());
        screen.process(b"\x1b[1;1H\x1b(0\r\n\r\nBroadcast message\r\n");
        assert_ne!(lines(&screen), drawn);
        screen.process(again.as_bytes());
        assert_eq!(lines(&screen), drawn);
        assert_eq!(screen.screen().cursor_position(), cursor);
    }

    #[test]
    fn a_screen_without_cells_draws_nothing_and_does_not_fall_over() {
        assert_eq!(
            writes_of((0, 0), &[("anything", None), ("else", None)]),
            Vec::<usize>::new()
        );
    }
}
