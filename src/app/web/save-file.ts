/** A file that a page hands to the person in front of it. */
export function saveFile(name: string, contents: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(contents);
  link.download = name;
  link.click();
  // The browser has begun to read it when the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
