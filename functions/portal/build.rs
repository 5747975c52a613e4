//! Packs the viewer that the page `/docs` is made with. It comes with its crate, so that no page asks anybody else for it.

use std::{env, error::Error, fs::File, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let viewer =
        scalar_api_reference::get_asset("scalar.js").ok_or("the crate has no scalar.js")?;
    let packed = Path::new(&env::var("OUT_DIR")?).join("viewer.js.gz");
    let mut gzip = GzEncoder::new(File::create(packed)?, Compression::best());
    gzip.write_all(&viewer)?;
    gzip.finish()?;
    Ok(())
}
