// What the page does when it is opened.
