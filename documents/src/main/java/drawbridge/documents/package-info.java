/**
 * What is made of a catalogue for others: documents to import, and the contract that was published.
 */
@NullMarked
package drawbridge.documents;

import org.jspecify.annotations.NullMarked;
