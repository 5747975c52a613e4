//! Draws a picture for each product: its category's sign on a ground whose hue comes from the SKU. Needs no font and no network.

use crate::goods::Article;

/// An SVG of 600 x 450 units.
pub(crate) fn draw(article: &Article) -> String {
    let hue = hue(&article.sku);
    let sign = sign(&article.category);
    format!(
        concat!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 450" role="img" aria-label="{name}">"##,
            r##"<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="hsl({hue},55%,88%)"/>"##,
            r##"<stop offset="1" stop-color="hsl({end},50%,72%)"/></linearGradient></defs>"##,
            r##"<rect width="600" height="450" fill="url(#g)"/><circle cx="300" cy="225" r="150" fill="#fff" opacity=".45"/>"##,
            r##"<g transform="translate(180 105) scale(10)" fill="none" stroke="hsl({hue},45%,25%)" stroke-width=".9" "##,
            r##"stroke-linecap="round" stroke-linejoin="round">{sign}</g></svg>"##
        ),
        name = escape(&article.name),
        hue = hue,
        end = (hue + 40) % 360,
        sign = sign,
    )
}

/// A hue in degrees that is always the same for the same SKU (FNV-1a).
fn hue(sku: &str) -> u32 {
    let hash = sku.bytes().fold(2_166_136_261_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(16_777_619)
    });
    hash % 360
}

/// Strokes in a square of 24 units.
fn sign(category: &str) -> &'static str {
    match category {
        "coffee" => {
            r#"<path d="M4 9h13v6a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5zM17 10h2a2.5 2.5 0 0 1 0 5h-2M8 3c-1 1 1 2 0 3M13 3c-1 1 1 2 0 3"/>"#
        }
        "tea" => {
            r#"<path d="M6 10h11v5a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5zM6 12 2 9M17 11c4-1 4 5 0 5M9 10c0-3 5-3 5 0M11.5 7.5V6"/>"#
        }
        "kitchen" => {
            r#"<path d="M4 11h16v4a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5zM2 11h20M8 8c-1-1 1-2 0-4M12 8c-1-1 1-2 0-4M16 8c-1-1 1-2 0-4"/>"#
        }
        "spices" => {
            r#"<path d="M12 21V9M12 14c-5 0-7-3-7-6 4 0 7 2 7 6zM12 12c0-5 3-7 7-7 0 4-2 7-7 7zM12 9c-2-2-2-4 0-6 2 2 2 4 0 6z"/>"#
        }
        "textiles" => {
            r#"<path d="M4 4h16v16H4zM4 9h16M4 15h16M9 4v16M15 4v16M4 2v2M8 2v2M12 2v2M16 2v2M20 2v2M4 20v2M8 20v2M12 20v2M16 20v2M20 20v2"/>"#
        }
        "lighting" => {
            r#"<path d="M9 18h6M10 21h4M8 14a6 6 0 1 1 8 0c-1 1-1 2-1 4H9c0-2 0-3-1-4zM12 1v1M3 9H2M22 9h-1M5 3l1 1M19 3l-1 1"/>"#
        }
        _ => r#"<path d="M5 8h14l1 13H4zM9 8V6a3 3 0 0 1 6 0v2"/>"#,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goods;

    #[test]
    fn every_category_has_a_sign_of_its_own() {
        let articles = goods::all().unwrap();
        let fallback = sign("no such category");
        assert!(
            articles
                .iter()
                .all(|article| sign(&article.category) != fallback)
        );
    }

    #[test]
    fn a_picture_is_small_and_looks_different_for_different_products() {
        let articles = goods::all().unwrap();
        let pictures: Vec<String> = articles.iter().map(draw).collect();
        assert!(pictures.iter().all(|picture| picture.len() < 4_096));
        assert_ne!(pictures[0], pictures[1]);
    }
}
