/// Placeholder.
package enum Election {}
