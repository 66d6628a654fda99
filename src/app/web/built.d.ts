/** What the settings of Vite tell the page's script. */
interface ImportMeta {
  readonly env: { readonly IS_BUILT: boolean };
}
