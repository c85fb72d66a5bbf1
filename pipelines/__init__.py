"""What happens to posts behind the bus: screened, then placed."""
