/** An application whose entity has a column that no migration made. */
package io.tenancy.spring.misfit;
