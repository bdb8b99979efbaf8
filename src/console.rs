//! How a command talks to a person: colours, tables, questions, progress. Results go to standard output, all else to
//! standard error.
//!
//! In: what the other rooms made. Out: text on two streams; a closed pipe ends a command quietly.

pub mod ask;
pub mod progress;
pub mod table;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::plan::text::{Line, Tone};

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that takes them
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Tells both streams.
    pub fn apply(self) {
        let choice = match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Standard output, without colours where nobody sees them.
pub fn out() -> impl Write {
    anstream::stdout()
}

/// Standard error, without colours where nobody sees them.
pub fn err() -> impl Write {
    anstream::stderr()
}

/// Whether colours are shown on standard error.
pub fn err_has_color() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Writes the lines of a plan, coloured by what they say.
pub fn write_lines(out: &mut dyn Write, lines: &[Line]) -> io::Result<()> {
    for Line { tone, text } in lines {
        let style = style(*tone);
        writeln!(out, "{style}{text}{style:#}")?;
    }
    out.flush()
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Add => AnsiColor::Green.on_default(),
        Tone::Change => AnsiColor::Yellow.on_default(),
        Tone::Remove => AnsiColor::Red.on_default(),
        Tone::Head => Style::new().bold(),
        Tone::Alarm => AnsiColor::Red.on_default().bold(),
    }
}

/// Whether an error only says that nobody reads any more.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
