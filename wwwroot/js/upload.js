// Sends a file straight to the API with the browser's own cookie: no byte of it goes through the circuit.
// The answer is the request, so that each dialog can abort its own.
export function send(input, address, name, dialog) {
    const file = input.files[0];
    const form = new FormData();
    form.append('name', name);
    form.append('file', file, file.name);

    const request = new XMLHttpRequest();
    request.open('POST', address);
    request.upload.onprogress = e => e.lengthComputable && dialog.invokeMethodAsync('OnSent', e.loaded, e.total);
    request.onload = () => {
        let answer = null;
        try {
            answer = JSON.parse(request.responseText);
        } catch {
            // A proxy in between may answer with a page.
        }
        if (request.status === 201) {
            dialog.invokeMethodAsync('OnAccepted', answer.id);
        } else {
            const otherwise = ['file', [answer?.detail ?? `The server answered ${request.status}.`]];
            const [field, messages] = Object.entries(answer?.errors ?? {})[0] ?? otherwise;
            dialog.invokeMethodAsync('OnRefused', field.toLowerCase(), messages.join(' '));
        }
    };
    request.onerror = () => dialog.invokeMethodAsync(
        'OnRefused', 'file', 'The connection was lost, or the server refused a file of this size. Try again.');
    request.send(form);
    return request;
}
