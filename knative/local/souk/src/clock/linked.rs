//! Whether the loader of Linux loads an executable: one that is linked statically starts without it, and without the library.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// How a 64-bit ELF file begins, whatever the byte order of the machine is: it is this machine's own.
const ELF64: [u8; 5] = [0x7f, b'E', b'L', b'F', 2];
const HEADER_BYTES: usize = 64;
/// Where the header says where its table of segments is, how long an entry is, and how many there are.
const TABLE_AT: usize = 32;
const ENTRY_BYTES_AT: usize = 54;
const ENTRIES_AT: usize = 56;
/// The segment that names the loader.
const INTERPRETER: u32 = 3;

/// Whether the clock of what this file starts cannot be moved. A script's can: its shell is loaded.
pub(super) fn is_static(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let mut header = [0; HEADER_BYTES];
    match file.read_exact_at(&mut header, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        other => other?,
    }
    if !header.starts_with(&ELF64) {
        return Ok(false);
    }
    let table = u64::from_ne_bytes(bytes(&header, TABLE_AT));
    let entry = u16::from_ne_bytes(bytes(&header, ENTRY_BYTES_AT));
    for number in 0..u16::from_ne_bytes(bytes(&header, ENTRIES_AT)) {
        let mut kind = [0; 4];
        let at = table.saturating_add(u64::from(number) * u64::from(entry));
        file.read_exact_at(&mut kind, at)?;
        if u32::from_ne_bytes(kind) == INTERPRETER {
            return Ok(false);
        }
    }
    Ok(true)
}

fn bytes<const LENGTH: usize>(header: &[u8; HEADER_BYTES], at: usize) -> [u8; LENGTH] {
    let mut found = [0; LENGTH];
    found.copy_from_slice(&header[at..at + LENGTH]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn this_test_is_loaded_by_the_loader() {
        assert!(!is_static(&std::env::current_exe().unwrap()).unwrap());
    }

    #[test]
    fn an_executable_without_a_loader_is_static_and_a_script_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders");
        let mut elf = [0; 64 + 56];
        elf[..5].copy_from_slice(&ELF64);
        elf[TABLE_AT..TABLE_AT + 8].copy_from_slice(&64_u64.to_ne_bytes());
        elf[ENTRY_BYTES_AT..ENTRY_BYTES_AT + 2].copy_from_slice(&56_u16.to_ne_bytes());
        elf[ENTRIES_AT..ENTRIES_AT + 2].copy_from_slice(&1_u16.to_ne_bytes());
        elf[64] = 1;
        std::fs::write(&file, elf).unwrap();
        assert!(is_static(&file).unwrap());
        std::fs::write(&file, "#!/bin/sh\nexec sleep 60\n").unwrap();
        assert!(!is_static(&file).unwrap());
    }
}
