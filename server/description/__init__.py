"""What the server says of itself: OpenAPI, AsyncAPI and the pages of docs/, made of what runs."""
