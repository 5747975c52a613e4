// The chosen theme, before the first paint. Not a module, because modules come later.
(() => {
  try {
    const chosen = localStorage.getItem("souk-theme");
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  } catch {
    // A browser that keeps nothing: the theme is the system's.
  }
})();
