"""What is added to a prepared folder: durations, embeddings, quality, distilled speech."""
