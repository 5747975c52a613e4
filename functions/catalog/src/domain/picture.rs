//! A product's picture: what may be one.

use sha2::{Digest, Sha256};

/// The largest picture. An item of the table has room for 400 KiB, and the gateway lets 384 KiB through.
pub const PICTURE_BYTES_MAX: usize = 375 * 1024;

/// How much of a picture's hash is its tag: enough that no two pictures of a product ever share one.
const TAG_BYTES: usize = 16;

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
    /// `image/webp`.
    Webp,
    /// `image/svg+xml`.
    Svg,
}

/// A picture that is what it says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// How it is written.
    pub format: Format,
    /// What is written.
    pub bytes: Vec<u8>,
}

impl Format {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Svg];

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The format of this media type; its parameters do not matter.
    pub fn of(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let is_meant = |format: &Self| format.media_type().eq_ignore_ascii_case(essence);
        Self::ALL.into_iter().find(is_meant)
    }

    /// Whether something begins like a picture of this format.
    fn fits(self, bytes: &[u8]) -> bool {
        match self {
            Self::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Jpeg => bytes.starts_with(b"\xff\xd8\xff"),
            Self::Webp => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
            Self::Svg => std::str::from_utf8(bytes).is_ok_and(is_svg),
        }
    }
}

/// What scripts an SVG may hold does not matter: it is only ever shown in a sandbox.
fn is_svg(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<svg") || (text.starts_with('<') && text.contains("<svg"))
}

impl Picture {
    /// A picture, unless the bytes are something else.
    pub fn of(format: Format, bytes: Vec<u8>) -> Option<Self> {
        format.fits(&bytes).then_some(Self { format, bytes })
    }

    /// Tells it from every other picture.
    pub fn tag(&self) -> String {
        let hash = Sha256::digest(&self.bytes);
        hash.iter()
            .take(TAG_BYTES)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_it_says_it_is() {
        let samples: [&[u8]; 4] = [
            b"\x89PNG\r\n\x1a\n....",
            b"\xff\xd8\xff\xe0",
            b"RIFF\x10\0\0\0WEBPVP8 ",
            b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        ];
        for (at, format) in Format::ALL.into_iter().enumerate() {
            for (other, sample) in samples.iter().enumerate() {
                let picture = Picture::of(format, sample.to_vec());
                assert_eq!(picture.is_some(), at == other, "{format:?} and {other}");
            }
        }
        assert_eq!(Picture::of(Format::Svg, b"<html></html>".to_vec()), None);
    }

    #[test]
    fn a_format_is_known_by_its_media_type() {
        for format in Format::ALL {
            assert_eq!(Format::of(format.media_type()), Some(format));
        }
        assert_eq!(
            Format::of("Image/SVG+xml; charset=utf-8"),
            Some(Format::Svg)
        );
        assert_eq!(Format::of("image/gif"), None);
    }
}
