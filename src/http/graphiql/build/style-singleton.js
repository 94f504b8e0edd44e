// Stands in for the package react-style-singleton, which adds <style> elements when a dialog
// opens. Style sheets made by script need no 'unsafe-inline' in the page's style-src.
import { useEffect } from "react";

export function styleSingleton() {
  const sheet = new CSSStyleSheet();
  let users = 0;
  return function Style({ styles, dynamic }) {
    useEffect(() => {
      if (users++ === 0) {
        sheet.replaceSync(styles);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      return () => {
        if (--users === 0) {
          document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet);
        }
      };
    }, [styles && dynamic]);
    return null;
  };
}
