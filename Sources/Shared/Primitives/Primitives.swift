/// Placeholder.
package enum Primitives {}
