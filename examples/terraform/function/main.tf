# The Lambda function that starts runs from the queue of ../queue, for who would not have the workers read it. Apply it in the same
# account and Region, after `zip -j function.zip node_modules/identity-center-orchestrator/dist/lambda/index.js rules.yaml`.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "queue_arn" {
  description = "The queue of ../queue"
  type        = string
}

variable "zip_file" {
  description = "index.js and rules.yaml"
  type        = string
  default     = "function.zip"
}

variable "temporal_address" {
  type = string
}

variable "temporal_namespace" {
  type = string
}

variable "temporal_api_key_secret_id" {
  description = "The secret of Secrets Manager that is the API key, as plain text"
  type        = string
}

data "aws_secretsmanager_secret_version" "temporal_api_key" {
  secret_id = var.temporal_api_key_secret_id
}

resource "aws_lambda_function" "events" {
  #checkov:skip=CKV_AWS_116:what fails goes back to its queue and to the dead-letter queue of that
  #checkov:skip=CKV_AWS_117:it calls Temporal and AWS Organizations which are outside of a VPC
  #checkov:skip=CKV_AWS_173:Lambda encrypts the environment with a key of its own
  #checkov:skip=CKV_AWS_272:the package is built by whoever applies this
  #checkov:skip=CKV_AWS_50:each event is a line of the log and its run is in Temporal
  function_name                  = "identity-center-events"
  runtime                        = "nodejs22.x"
  handler                        = "index.handler"
  filename                       = var.zip_file
  source_code_hash               = filebase64sha256(var.zip_file)
  role                           = aws_iam_role.function.arn
  memory_size                    = 512
  timeout                        = 60
  reserved_concurrent_executions = 5
  logging_config {
    log_group  = aws_cloudwatch_log_group.function.name
    log_format = "JSON"
  }
  environment {
    variables = {
      TEMPORAL_ADDRESS   = var.temporal_address
      TEMPORAL_NAMESPACE = var.temporal_namespace
      TEMPORAL_API_KEY   = data.aws_secretsmanager_secret_version.temporal_api_key.secret_string
    }
  }
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn        = var.queue_arn
  function_name           = aws_lambda_function.events.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = 5
  }
  # Lambda refuses to read a queue that it may not read yet.
  depends_on = [aws_iam_role_policy.function]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  #checkov:skip=CKV_AWS_356:the organization is not known here and these only read
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [var.queue_arn]
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }
  # Only rules that ask for tags or units take it, and only the management account or a delegated administrator has it.
  statement {
    actions = [
      "organizations:DescribeAccount",
      "organizations:DescribeOrganizationalUnit",
      "organizations:ListParents",
      "organizations:ListTagsForResource",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "function" {
  name_prefix        = "identity-center-events-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts logs with a key of its own
  name              = "/aws/lambda/identity-center-events"
  retention_in_days = 365
}
