/** Templates. */
package io.tenancy.spring.thymeleaf;
