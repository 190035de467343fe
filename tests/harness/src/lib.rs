//! `wasm-bindgen-test`, and checks that are made after the last test.
//!
//! A test that shows that something does *not* happen has to wait for it. With [`at_the_end`] all such tests
//! wait together.
//!
//! Packages with browser tests give this crate the name `wasm-bindgen-test` in their manifest, so that
//! `#[wasm_bindgen_test]` registers their tests with the [`Context`](__rt::Context) below. In which order the
//! runner takes the tests is up to the linker, and which of them, up to the filter on the command line; so no
//! ordinary test could be the last.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
};

pub use wasm_bindgen_test::*;

type Check = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static CHECKS: RefCell<Vec<Check>> = const { RefCell::new(Vec::new()) };
    static IS_AHEAD: Cell<bool> = const { Cell::new(false) };
}

/// Runs a check after the last test. All checks together are one more test, which is counted like the others.
///
/// # Panics
/// If that has been run already, or will not be: then the runner works in another way than this crate
/// expects.
pub fn at_the_end(check: impl Future<Output = ()> + 'static) {
    assert!(IS_AHEAD.get(), "no checks are made after this test");
    CHECKS.with_borrow_mut(|checks| checks.push(Box::pin(check)));
}

async fn run_checks() {
    IS_AHEAD.set(false);
    for check in CHECKS.take() {
        check.await;
    }
}

/// What `#[wasm_bindgen_test]` expands to needs this.
#[doc(hidden)]
pub mod __rt {
    use std::future::Future;

    pub use wasm_bindgen_test::__rt::wasm_bindgen;
    use wasm_bindgen_test::__rt::{self, Termination};

    use crate::{IS_AHEAD, run_checks};

    type Expected = Option<Option<&'static str>>;

    /// The tests of this run. The runner's JavaScript registers each test that it has chosen here, and then
    /// runs them.
    #[repr(transparent)]
    pub struct Context(__rt::Context);

    impl Context {
        pub fn execute_sync<T: Termination>(
            &self,
            name: &str,
            test: impl FnOnce() -> T + 'static,
            should_panic: Expected,
            ignore: Expected,
        ) {
            self.register_checks();
            self.0.execute_sync(name, test, should_panic, ignore);
        }

        pub fn execute_async<F>(
            &self,
            name: &str,
            test: impl FnOnce() -> F + 'static,
            should_panic: Expected,
            ignore: Expected,
        ) where
            F: Future<Output: Termination> + 'static,
        {
            self.register_checks();
            self.0.execute_async(name, test, should_panic, ignore);
        }

        /// The tests are run from the end of the list to its beginning, so the checks have to be the first
        /// that are registered.
        fn register_checks(&self) {
            if !IS_AHEAD.replace(true) {
                let name = "harness::what_was_to_be_checked_at_the_end";
                self.0.execute_async(name, run_checks, None, None);
            }
        }
    }
}
