//! The offset, as the file has it at this moment.

use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};

/// Two numbers in the file that are written together: the offset in nanoseconds and its complement.
#[repr(C)]
struct Words {
    offset: AtomicI64,
    complement: AtomicI64,
}

/// A write under way takes nanoseconds. Should it be something else, the last good offset holds.
const LOOKS_MAX: usize = 10_000;

/// Null: nothing is mapped, and the time is the system's.
static WORDS: AtomicPtr<Words> = AtomicPtr::new(ptr::null_mut());
static LAST: AtomicI64 = AtomicI64::new(0);

/// Run by the loader before the program begins, while there is one thread.
#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    WORDS.store(map(), Ordering::Release);
}

/// In nanoseconds.
pub(crate) fn now() -> i64 {
    let words = WORDS.load(Ordering::Acquire);
    if words.is_null() {
        return 0;
    }
    // SAFETY: `map` gives null or a mapping that is never taken away.
    let words = unsafe { &*words };
    for _ in 0..LOOKS_MAX {
        if let Some(offset) = words.look() {
            LAST.store(offset, Ordering::Relaxed);
            return offset;
        }
        std::hint::spin_loop();
    }
    LAST.load(Ordering::Relaxed)
}

impl Words {
    /// None: the two do not belong together.
    fn look(&self) -> Option<i64> {
        let offset = self.offset.load(Ordering::Acquire);
        let complement = self.complement.load(Ordering::Acquire);
        (complement == !offset).then_some(offset)
    }
}

/// The file that `SOUK_CLOCK` names. Null when there is none of the right size.
fn map() -> *mut Words {
    let size = size_of::<Words>();
    // SAFETY: nobody changes the environment yet; open, fstat, mmap and close get what getenv and open gave, and their results are looked at.
    unsafe {
        let name = libc::getenv(c"SOUK_CLOCK".as_ptr());
        if name.is_null() {
            return ptr::null_mut();
        }
        let file = libc::open(name, libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return ptr::null_mut();
        }
        let mut stat: libc::stat = std::mem::zeroed();
        let whole = libc::fstat(file, &raw mut stat) == 0
            && usize::try_from(stat.st_size).is_ok_and(|found| found == size);
        let mapped = if whole {
            libc::mmap(
                ptr::null_mut(),
                size,
                libc::PROT_READ,
                libc::MAP_SHARED,
                file,
                0,
            )
        } else {
            libc::MAP_FAILED
        };
        libc::close(file);
        if mapped == libc::MAP_FAILED {
            ptr::null_mut()
        } else {
            mapped.cast()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(offset: i64, complement: i64) -> Words {
        Words {
            offset: AtomicI64::new(offset),
            complement: AtomicI64::new(complement),
        }
    }

    #[test]
    fn words_that_belong_together_are_the_offset() {
        for offset in [0, 1, 1_800_000_000_000, i64::MAX] {
            assert_eq!(words(offset, !offset).look(), Some(offset));
        }
    }

    #[test]
    fn half_a_write_is_not_taken_for_an_offset() {
        assert_eq!(words(5, !4).look(), None);
        assert_eq!(words(0, 0).look(), None);
    }

    #[test]
    fn without_a_file_the_time_is_the_systems() {
        assert_eq!(now(), 0);
    }
}
