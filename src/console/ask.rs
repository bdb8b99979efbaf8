//! Questions.

use std::io::{self, BufRead, IsTerminal, Write};

/// Whether somebody is there to answer.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a `yes`; anything else, or the end of the input, is a no.
pub fn confirm(question: &str) -> io::Result<bool> {
    let mut err = io::stderr();
    write!(err, "{question}\n  Only 'yes' is taken for a yes: ")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}
