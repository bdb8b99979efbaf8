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
}
