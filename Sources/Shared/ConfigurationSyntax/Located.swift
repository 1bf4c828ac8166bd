/// A decoded value together with the place that it came from.
package struct Located<Value> {
    /// The value.
    package var value: Value
    /// Where it is written.
    package var span: SourceSpan

    /// Makes a located value.
    package init(_ value: Value, at span: SourceSpan) {
        self.value = value
        self.span = span
    }
}
