/** The rules of the house, checked on the class files, and for each rule a fixture that breaks it. */
package dev.latchkey.arch;
