export function toEnd(box) {
    box.scrollTop = box.scrollHeight;
}

/** Shows a field of a form, wherever it is folded away, and puts the cursor into it. */
export function toField(path) {
    const field = document.querySelector(`[data-field="${CSS.escape(path)}"]`);
    for (let folded = field?.closest('details:not([open])'); folded; folded = folded.parentElement.closest('details:not([open])')) {
        folded.open = true;
    }
    field?.scrollIntoView({ block: 'center' });
    field?.querySelector('input:not([type=hidden]), textarea, [tabindex="0"]')?.focus({ preventScroll: true });
}
