import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

/** A modal dialog over the page: the browser keeps focus inside, Escape leaves it, and focus returns to where it was. */
export function Modal({
  title,
  onLeave,
  children,
}: {
  title: ComponentChildren;
  onLeave: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const open = dialog.current;
    open?.showModal();
    heading.current?.focus();
    // Closed before it is removed: only so does the browser give focus back to where it was.
    return () => open?.close();
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onLeave();
  };
  return (
    <dialog ref={dialog} class="modal" aria-labelledby={id} onCancel={cancel}>
      <h2 id={id} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
