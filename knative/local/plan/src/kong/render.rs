//! `${{ env "DECK_X" | indent 8 }}`: decK's templates, rendered as text before anybody looks at the YAML.
//!
//! decK's templates are Go's. Of these what is used in a state file is supported: `env` with the filters `indent`, `toInt`,
//! `toFloat` and `toBool`. A value with characters that mean something in YAML needs quotes around the expression, as with decK.

use std::rc::Rc;

use crate::mistake::{At, Report};

const BEGIN: &str = "${{";
const END: &str = "}}";
/// decK takes no other variables.
const PREFIX: &str = "DECK_";

/// A text without expressions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) text: String,
    /// For each of its lines, the line of the file.
    pub(super) lines: Vec<usize>,
}

/// Renders a file. None: something is wrong, and written down.
pub(super) fn render(
    file: &str,
    text: &str,
    variable: &mut dyn FnMut(&str) -> Option<String>,
    report: &Report,
) -> Option<Rendered> {
    let file: Rc<str> = file.into();
    let mut rendered = Rendered {
        text: String::new(),
        lines: Vec::new(),
    };
    let mut is_right = true;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        match render_line(line, variable) {
            Ok(line) => {
                rendered.lines.extend(line.split('\n').map(|_| number));
                rendered.text.push_str(&line);
                rendered.text.push('\n');
            }
            Err(what) => {
                report.add(&At::line(&file, number), what);
                is_right = false;
            }
        }
    }
    is_right.then_some(rendered)
}

/// Comments are left alone, but only where nothing stands before them.
fn render_line(
    line: &str,
    variable: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<String, String> {
    if line.trim_start().starts_with('#') {
        return Ok(line.to_owned());
    }
    let mut rendered = String::new();
    let mut rest = line;
    while let Some((before, from)) = rest.split_once(BEGIN) {
        let Some((expression, after)) = from.split_once(END) else {
            return Err(format!("`{BEGIN}` without `{END}` on the same line"));
        };
        rendered.push_str(before);
        rendered.push_str(&value(expression.trim(), variable)?);
        rest = after;
    }
    rendered.push_str(rest);
    Ok(rendered)
}

fn value(
    expression: &str,
    variable: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<String, String> {
    let mut steps = expression.split('|').map(str::trim);
    let name = variable_name(steps.next().unwrap_or_default())?;
    let value = variable(name).ok_or_else(|| format!("variable `{name}` is not set"))?;
    steps.try_fold(value, |value, filter| filtered(name, value, filter))
}

fn variable_name(call: &str) -> Result<&str, String> {
    let quoted = call.strip_prefix("env ").map(str::trim);
    let name = quoted.and_then(|quoted| {
        let double = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        double.or_else(|| {
            quoted
                .strip_prefix('`')
                .and_then(|rest| rest.strip_suffix('`'))
        })
    });
    match name {
        Some(name) if name.starts_with(PREFIX) => Ok(name),
        Some(name) => Err(format!(
            "variable `{name}`: decK takes only names that begin with {PREFIX}"
        )),
        None => Err(format!(
            "`{call}` is not supported here; `env \"{PREFIX}...\"` is"
        )),
    }
}

/// Never quotes the value: it may be a secret.
fn filtered(name: &str, value: String, filter: &str) -> Result<String, String> {
    let words: Vec<&str> = filter.split_whitespace().collect();
    match words.as_slice() {
        // All lines but the first: that one stands where the expression does.
        ["indent", width] => match width.parse() {
            Ok(width) => Ok(value.replace('\n', &format!("\n{}", " ".repeat(width)))),
            Err(_) => Err(format!("indent takes a number, not `{width}`")),
        },
        ["toInt"] => match value.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err(format!(
                "toInt: the value of `{name}` is not a whole number"
            )),
        },
        ["toFloat"] => match value.parse::<f64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err(format!("toFloat: the value of `{name}` is not a number")),
        },
        ["toBool"] => match value.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok("true".to_owned()),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok("false".to_owned()),
            _ => Err(format!(
                "toBool: the value of `{name}` is neither true nor false"
            )),
        },
        _ => Err(format!(
            "the filter `{filter}` is not supported here; indent, toInt, toFloat and toBool are"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Option<String> {
        let value = match name {
            "DECK_KEY" => "secret",
            "DECK_PEM" => "-----BEGIN-----\nabc\n-----END-----\n",
            "DECK_NUMBER" => "007",
            "DECK_FLAG" => "T",
            "DECK_RATE" => "0.050",
            "DECK_EMPTY" => "",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn rendered(text: &str) -> Result<Rendered, Vec<String>> {
        let report = Report::default();
        let rendered = render("k.yaml", text, &mut variable, &report);
        rendered.ok_or_else(|| {
            report
                .into_mistakes()
                .iter()
                .map(ToString::to_string)
                .collect()
        })
    }

    /// Seen with decK 1.64, `deck file render --populate-env-vars`.
    #[test]
    fn expressions_are_replaced_as_text() {
        for (text, expected) in [
            (r#"a: ${{ env "DECK_KEY" }}"#, "a: secret\n"),
            (r#"a: "${{ env "DECK_KEY" }}x""#, "a: \"secretx\"\n"),
            (
                r#"a: ${{env `DECK_KEY`}}${{ env "DECK_EMPTY" }}"#,
                "a: secret\n",
            ),
            (r#"a: ${{ env "DECK_NUMBER" | toInt }}"#, "a: 7\n"),
            (r#"a: ${{ env "DECK_FLAG" | toBool }}"#, "a: true\n"),
            (r#"a: ${{ env "DECK_NUMBER" | toFloat }}"#, "a: 7\n"),
            (r#"a: ${{ env "DECK_RATE" | toFloat }}"#, "a: 0.05\n"),
            (r#"  # ${{ env "OTHER" }}"#, "  # ${{ env \"OTHER\" }}\n"),
            (r#"a: 1 # ${{ env "DECK_KEY" }}"#, "a: 1 # secret\n"),
        ] {
            assert_eq!(rendered(text).unwrap().text, expected, "{text}");
        }
    }

    #[test]
    fn indent_leaves_the_first_line_where_it_is_and_lines_are_remembered() {
        let rendered = rendered("a: |\n  ${{ env \"DECK_PEM\" | indent 2 }}\nb: 1\n").unwrap();
        assert_eq!(
            rendered.text,
            "a: |\n  -----BEGIN-----\n  abc\n  -----END-----\n  \nb: 1\n"
        );
        assert_eq!(rendered.lines, [1, 2, 2, 2, 2, 3]);
    }

    #[test]
    fn what_cannot_be_rendered_is_told_with_its_line_and_without_a_value() {
        for (text, expected) in [
            (
                "\na: ${{ env \"DECK_UNSET\" }}",
                "k.yaml:2: variable `DECK_UNSET` is not set",
            ),
            (
                "a: ${{ env \"HOME\" }}",
                "k.yaml:1: variable `HOME`: decK takes only names that begin with DECK_",
            ),
            (
                "a: ${{ env \"DECK_KEY\"",
                "k.yaml:1: `${{` without `}}` on the same line",
            ),
            (
                "a: ${{ if true }}",
                "k.yaml:1: `if true` is not supported here; `env \"DECK_...\"` is",
            ),
            (
                "a: ${{- env \"DECK_KEY\" }}",
                "k.yaml:1: `- env \"DECK_KEY\"` is not supported here; `env \"DECK_...\"` is",
            ),
            (
                "a: ${{ env \"DECK_KEY\" | toInt }}",
                "k.yaml:1: toInt: the value of `DECK_KEY` is not a whole number",
            ),
            (
                "a: ${{ env \"DECK_KEY\" | upper }}",
                "k.yaml:1: the filter `upper` is not supported here; indent, toInt, toFloat and toBool are",
            ),
        ] {
            assert_eq!(rendered(text).unwrap_err(), [expected], "{text}");
        }
    }
}
