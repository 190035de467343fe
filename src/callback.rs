//! Lists of the program's callbacks, which may change while they run, and [`Listener`], the guard of one.
//!
//! Callbacks are called, and dropped, only in this file. Each call is guarded, as the platform guards its
//! event listeners: a JavaScript exception is reported, the other callbacks are called, and the callback that
//! threw is called again for the next event.

use std::{
    cell::RefCell,
    fmt,
    rc::{Rc, Weak},
};

use crate::sys::guarded;

/// One registered function, until it is removed.
pub(crate) struct Callback<F: ?Sized>(RefCell<Option<Box<F>>>);

impl<F: ?Sized> Callback<F> {
    /// Drops the function after the borrow has ended, because its destructor may call the list. A function
    /// that is running is dropped with the snapshot that called it.
    fn remove(&self) {
        let removed = self
            .0
            .try_borrow_mut()
            .ok()
            .and_then(|mut slot| slot.take());
        guarded(|| drop(removed));
    }
}

/// Callbacks in the order they were added.
///
/// A run does not copy the list. A change during a run, which is rare, does: an added callback waits for the
/// next event, and a removed one is not called again.
pub(crate) struct Callbacks<F: ?Sized>(RefCell<Option<List<F>>>);

type List<F> = Rc<Vec<Rc<Callback<F>>>>;

impl<F: ?Sized> Callbacks<F> {
    pub fn is_empty(&self) -> bool {
        self.0.borrow().as_ref().is_none_or(|list| list.is_empty())
    }

    #[inline(never)]
    pub fn add(&self, function: Box<F>) -> Weak<Callback<F>> {
        let callback = Rc::new(Callback(RefCell::new(Some(function))));
        let known = Rc::downgrade(&callback);
        let mut list = self.0.borrow_mut();
        Rc::make_mut(list.get_or_insert_default()).push(callback);
        known
    }

    pub fn remove(&self, callback: &Weak<Callback<F>>) {
        let Some(callback) = callback.upgrade() else {
            return;
        };
        if let Some(list) = &mut *self.0.borrow_mut() {
            Rc::make_mut(list).retain(|other| !Rc::ptr_eq(other, &callback));
        }
        callback.remove();
    }

    /// Removes all callbacks. A running snapshot still calls its callbacks.
    pub fn clear(&self) {
        let removed = self.0.take();
        guarded(|| drop(removed));
    }

    /// The callbacks that are registered now, without a copy; `None` if the list is empty.
    pub fn snapshot(&self) -> Option<Snapshot<F>> {
        let list = self.0.borrow();
        let list = list.as_ref().filter(|list| !list.is_empty())?;
        Some(Snapshot(Rc::clone(list)))
    }

    /// Calls the callbacks that are registered now.
    pub fn each(&self, call: impl FnMut(&mut F)) {
        if let Some(callbacks) = self.snapshot() {
            callbacks.each(call);
        }
    }
}

pub(crate) struct Snapshot<F: ?Sized>(List<F>);

impl<F: ?Sized> Snapshot<F> {
    /// Calls each function, and drops those that were removed meanwhile. Both are guarded.
    pub fn each(self, mut call: impl FnMut(&mut F)) {
        self.call_each(&mut call);
        if let Some(removed) = Rc::into_inner(self.0) {
            guarded(|| drop(removed));
        }
    }

    /// The position in the list and the borrow of the running function belong to this stack frame, not to the
    /// guarded one. So after an exception the loop goes on with the next function, and the function that
    /// threw can be called again.
    fn call_each(&self, call: &mut impl FnMut(&mut F)) {
        let mut rest = self.0.iter();
        let mut running = None;
        while rest.len() > 0 {
            guarded(|| {
                for callback in rest.by_ref() {
                    running = callback.0.try_borrow_mut().ok();
                    let slot = running.as_mut();
                    if let Some(function) = slot.and_then(|slot| slot.as_deref_mut()) {
                        call(function);
                    }
                }
            });
            running = None;
        }
    }
}

impl<F: ?Sized> Default for Callbacks<F> {
    fn default() -> Self {
        Callbacks(RefCell::default())
    }
}

/// The guard of a callback that was registered on an open connection. Dropping it removes the callback at
/// once, also from within the callback.
///
/// It does not keep the connection open or the callback alive, and may outlive both.
///
/// ```no_run
/// # fn main() -> Result<(), wasm_eventsource::OpenError> {
/// use wasm_eventsource::EventSource;
///
/// let connection = EventSource::new("/machine").open()?;
/// let listener = connection.on_frame("cpu", |message| println!("{}", message.data()))?;
/// drop(listener); // no further call
/// # Ok(()) }
/// ```
#[must_use = "the callback is removed when its guard is dropped"]
pub struct Listener(Option<Box<dyn FnOnce()>>);

impl Listener {
    pub(crate) fn new(remove: impl FnOnce() + 'static) -> Self {
        Listener(Some(Box::new(remove)))
    }

    /// The listener of a closed connection, which makes no calls.
    pub(crate) fn idle() -> Self {
        Listener(None)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(remove) = self.0.take() {
            remove();
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}
#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    type Function = dyn FnMut(u32);
    type List = Callbacks<Function>;

    #[test]
    fn callbacks_run_in_the_order_they_were_added() {
        let (list, seen) = (List::default(), Rc::new(RefCell::new(Vec::new())));
        for name in ["a", "b", "c"] {
            let seen = Rc::clone(&seen);
            list.add(Box::new(move |n| {
                seen.borrow_mut().push(format!("{name}{n}"))
            }));
        }
        list.each(|callback| callback(1));
        assert_eq!(*seen.borrow(), ["a1", "b1", "c1"]);
    }

    #[test]
    fn a_callback_may_remove_itself_and_is_dropped_when_the_event_was_told() {
        let list = Rc::new(List::default());
        let (slot, owned) = (Rc::new(RefCell::new(None)), Rc::new(()));
        let (inside, own_slot, held) = (Rc::clone(&list), Rc::clone(&slot), Rc::clone(&owned));
        *slot.borrow_mut() = Some(list.add(Box::new(move |_| {
            let me: Weak<Callback<Function>> = own_slot.borrow_mut().take().expect("called twice");
            inside.remove(&me);
            assert_eq!(Rc::strong_count(&held), 2, "dropped while it runs");
        })));
        list.each(|callback| callback(1));
        assert_eq!(Rc::strong_count(&owned), 1, "never dropped");
        list.each(|callback| callback(2));
    }

    #[test]
    fn a_callback_removed_by_an_earlier_one_is_not_called_for_the_same_event() {
        let list = Rc::new(List::default());
        let later = Rc::new(RefCell::new(None::<Weak<Callback<Function>>>));
        let (inside, victim) = (Rc::clone(&list), Rc::clone(&later));
        list.add(Box::new(move |_| {
            if let Some(victim) = victim.borrow_mut().take() {
                inside.remove(&victim);
            }
        }));
        *later.borrow_mut() = Some(list.add(Box::new(|_| panic!("called after it was removed"))));
        list.each(|callback| callback(1));
    }

    #[test]
    fn a_callback_added_by_another_waits_for_the_next_event() {
        let (list, seen) = (Rc::new(List::default()), Rc::new(Cell::new(0)));
        let (inside, count) = (Rc::downgrade(&list), Rc::clone(&seen));
        list.add(Box::new(move |_| {
            let count = Rc::clone(&count);
            let list = Weak::upgrade(&inside).expect("the list is running");
            list.add(Box::new(move |_| count.set(count.get() + 1)));
        }));
        list.each(|callback| callback(1));
        assert_eq!(seen.get(), 0);
        list.each(|callback| callback(2));
        assert_eq!(seen.get(), 1);
    }

    #[test]
    fn a_callback_that_throws_hides_the_event_from_no_other_and_is_called_again() {
        let (list, seen) = (List::default(), Rc::new(RefCell::new(Vec::new())));
        for name in ["a", "b", "c"] {
            let seen = Rc::clone(&seen);
            list.add(Box::new(move |n| {
                seen.borrow_mut().push(format!("{name}{n}"));
                assert!(name != "b", "on purpose");
            }));
        }
        list.each(|callback| callback(1));
        list.each(|callback| callback(2));
        assert_eq!(*seen.borrow(), ["a1", "b1", "c1", "a2", "b2", "c2"]);
    }
}
