/**
 * Documents in JSON or YAML that know their lines, for readers that tell every error at once with its place. The modules
 * that own parts of the catalogue document read it with this.
 */
@NullMarked
package io.tenancy.document;

import org.jspecify.annotations.NullMarked;
