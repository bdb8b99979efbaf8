//! What large projects cost: `cargo bench --bench scale`, or a part of it, `-- work` or `-- calls`.
//!
//! `work` measures processor time and memory from files to a plan, without AWS. `calls` counts and times the calls to
//! AWS that plans and applies make, against a sandbox whose every answer takes 30 ms. `--size=N` takes one size only.

mod calls;
mod machine;
mod need;
mod project;
mod work;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let size = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("--size=")?.parse().ok());
    let parts: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| matches!(*argument, "work" | "calls"))
        .collect();
    println!("{}\n", machine::description());
    if parts.is_empty() || parts.contains(&"work") {
        work::run(size);
    }
    if parts.is_empty() || parts.contains(&"calls") {
        calls::run(size);
    }
}
