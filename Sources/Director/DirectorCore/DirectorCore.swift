/// Placeholder.
package enum DirectorCore {}
