/// Placeholder.
package enum Linux {}
