// Forms work without this file. It asks before a destructive act, keeps a second click from sending twice,
// leads to the errors, and keeps what was typed until it has been sent.

const agreed = new WeakSet();

function ask(form, submitter) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-text").textContent = submitter?.dataset.confirm ?? form.dataset.confirm;
  dialog.returnValue = "no";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue === "yes") {
        agreed.add(form);
        form.requestSubmit(submitter);
      }
    },
    { once: true },
  );
  dialog.showModal();
}

function holdButtons(form) {
  // Disabled at once, a button's own name would not be sent with the form.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }
  });
}

function releaseButtons() {
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const submitter = event.submitter;
  if ((form.dataset.confirm || submitter?.dataset.confirm) && !agreed.delete(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, submitter);
    return;
  }
  if (form.method === "post") {
    forgetDraft(form);
    if (!event.defaultPrevented && !("downloads" in form.dataset)) {
      holdButtons(form);
    }
  }
});

// Back from the next page, the browser shows this one as it was left: with its buttons held.
window.addEventListener("pageshow", releaseButtons);

function draftName(form) {
  return `draft:${location.pathname}:${form.dataset.draft}`;
}

function draftFields(form) {
  return [...form.elements].filter(
    (field) =>
      field.name &&
      !["hidden", "password", "file", "submit"].includes(field.type) &&
      field.tagName !== "FIELDSET",
  );
}

function keepDraft(form) {
  const kept = draftFields(form).map((field) =>
    "checked" in field && /checkbox|radio/.test(field.type) ? field.checked : field.value,
  );
  sessionStorage.setItem(draftName(form), JSON.stringify(kept));
}

function forgetDraft(form) {
  if (form.dataset.draft) {
    sessionStorage.removeItem(draftName(form));
  }
}

function restoreDraft(form) {
  const kept = JSON.parse(sessionStorage.getItem(draftName(form)) ?? "null");
  const fields = draftFields(form);
  if (kept?.length !== fields.length || form.querySelector("[data-errors]")) {
    return;
  }
  fields.forEach((field, place) => {
    if (typeof kept[place] === "boolean") {
      field.checked = kept[place];
    } else {
      field.value = kept[place];
    }
  });
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  restoreDraft(form);
  form.addEventListener("input", () => keepDraft(form));
}

document.querySelector("[data-errors]")?.focus();
