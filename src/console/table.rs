//! Tables without lines, as kubectl prints them.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

/// The rows under their heads, as wide as they need to be.
pub fn render(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heads.to_vec());
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 3));
    }
    let lines = table.lines().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

/// How long ago: `45s`, `12m`, `3h`, `5d`.
pub fn age(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..60 => format!("{s}s"),
        s @ 60..3_600 => format!("{}m", s / 60),
        s @ 3_600..172_800 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_their_heads() {
        let text = render(
            &["NAME", "READY"],
            vec![
                vec!["worker".into(), "1/1".into()],
                vec!["api".into(), "0/2".into()],
            ],
        );
        assert_eq!(text, "NAME     READY\nworker   1/1\napi      0/2\n");
    }

    #[test]
    fn ages_are_short() {
        assert_eq!(
            [age(5), age(90), age(7_300), age(400_000), age(-3)],
            ["5s", "1m", "2h", "4d", "0s"]
        );
    }
}
