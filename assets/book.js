// The theme lets the keyboard scroll whatever is too wide, and looks at the size of the window for it.
// Something that unfolds may be too wide as well.
(() => {
  "use strict";
  const look = () => window.dispatchEvent(new Event("resize"));
  document.addEventListener("toggle", look, true);
  document.addEventListener("click", (event) => event.target.closest(".toggle") && look());
})();
