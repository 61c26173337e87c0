/**
 * Host storage and JSON: what PCML files and COBOL copybooks describe, read into one tree of typed
 * fields, and one codec between its bytes and JSON values. Knows nothing of connections.
 *
 * <pre>
 * PcmlReader ─┐             FieldSettings (the API file)
 *             ├─ Draft tree ──── Assembly ──── Layout: Field tree ──── Encoder: values → host bytes
 * CopybookReader ┘                                                └─── Decoder: host bytes → values
 * </pre>
 */
@NullMarked
package drawbridge.adapters.ibmi.layout;

import org.jspecify.annotations.NullMarked;
