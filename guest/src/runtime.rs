//! What std would bring: the C memory functions, the canonical ABI's allocation and a panic
//! handler.

// Without std nothing else links the target's libc, which has memcmp and its kin.
#[expect(unsafe_code, reason = "linking a library; nothing is declared or called")]
mod libc {
    #[link(name = "c")]
    unsafe extern "C" {}
}

use crate::bindings::skypilot::utils::host_log;
use core::alloc::Layout;
use core::fmt::Write;
use core::panic::PanicInfo;

/// How the host allocates what it passes in: from the component's own allocator.
///
/// # Safety
/// Called by the canonical ABI only, with a block of that allocator or nothing.
#[expect(unsafe_code, reason = "the canonical ABI asks for this symbol")]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(
    old_pointer: *mut u8,
    old_length: usize,
    align: usize,
    new_length: usize,
) -> *mut u8 {
    if new_length == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    // SAFETY: the canonical ABI passes a power of two as alignment, a length that fits the address
    // space, and as old block one that this function returned for the same alignment.
    let pointer = unsafe {
        if old_length == 0 {
            alloc::alloc::alloc(Layout::from_size_align_unchecked(new_length, align))
        } else {
            let layout = Layout::from_size_align_unchecked(old_length, align);
            alloc::alloc::realloc(old_pointer, layout, new_length)
        }
    };
    if pointer.is_null() {
        // Not a panic: while the host passes arguments in, no import may be called to report it.
        // The host finds that this lies outside of the memory, and ends the call.
        return core::ptr::without_provenance_mut(align.wrapping_neg());
    }
    pointer
}

/// A text on the stack: a panic may come from a full heap.
struct Message {
    bytes: [u8; 512],
    length: usize,
}

impl Message {
    fn as_str(&self) -> &str {
        let bytes = &self.bytes[..self.length];
        // The cut may have fallen inside a character.
        core::str::from_utf8(bytes)
            .unwrap_or_else(|e| core::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or(""))
    }
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let room = self.bytes.len() - self.length;
        let text = &text.as_bytes()[..text.len().min(room)];
        self.bytes[self.length..][..text.len()].copy_from_slice(text);
        self.length += text.len();
        Ok(())
    }
}

/// Reports message and place to the host, which then ends the call.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let mut message = Message { bytes: [0; 512], length: 0 };
    // Writing to a Message cannot fail; it cuts.
    let _ = write!(message, "{info}");
    host_log::log(host_log::Level::Error, "skypilot_utils::panic", message.as_str());
    host_log::give_up();
    core::arch::wasm32::unreachable()
}
