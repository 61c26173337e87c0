/**
 * What is made of a catalogue for others: documents to import, and the contract that was published.
 */
@org.jspecify.annotations.NullMarked
package drawbridge.documents;
