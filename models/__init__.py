"""Statistical models of text: what a post is about; proposals only."""
