/// Placeholder.
package enum Health {}
