@org.jspecify.annotations.NullMarked
package drawbridge.documents;
