# The queue that brings the events of vended accounts to the workers; a second one for what could not be served; who may write and
# who may read; alarms. Apply it in the account of the workers, in the Region of the events (EventBridge sends to queues of other
# accounts, not of other Regions). Then apply ../rule in the management account.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "management_account_id" {
  description = "The account in which ../rule is applied"
  type        = string
}

variable "worker_role_name" {
  description = "The role of the workers, in this account; none where the function of ../function reads the queue"
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "The topic of SNS that hears of alarms"
  type        = string
  default     = null
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_sqs_queue" "events" {
  name                    = "identity-center"
  sqs_managed_sse_enabled = true
  # The longest that AWS keeps a message: no outage is longer.
  message_retention_seconds = 1209600
  # A worker sets its own. That of a queue has to be six times as long as the function may take.
  visibility_timeout_seconds = 360
  receive_wait_time_seconds  = 20
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    # Some minutes of tries: what is wrong with an event then is for a person.
    maxReceiveCount = 5
  })
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "identity-center-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.events.arn]
  })
}

data "aws_iam_policy_document" "events" {
  statement {
    sid       = "EventsOfTheManagementAccount"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.events.arn]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${var.management_account_id}:root"]
    }
    # Not as the principal: AWS refuses one that is not there yet.
    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = ["arn:${data.aws_partition.current.partition}:iam::${var.management_account_id}:role/identity-center-events-${data.aws_region.current.region}"]
    }
  }
  statement {
    sid       = "EncryptedOnTheWay"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.events.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy    = data.aws_iam_policy_document.events.json
}

data "aws_iam_policy_document" "worker" {
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.events.arn]
  }
}

resource "aws_iam_role_policy" "worker" {
  count  = var.worker_role_name == null ? 0 : 1
  name   = "identity-center-queue"
  role   = var.worker_role_name
  policy = data.aws_iam_policy_document.worker.json
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "identity-center-dead-letters"
  alarm_description   = "Events of accounts could not be served, and wait in identity-center-dead-letters. The log of the workers says why. Mend it, then redrive the queue."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "nobody_reads" {
  alarm_name          = "identity-center-nobody-reads"
  alarm_description   = "Events of accounts have waited for half an hour. Look whether the workers run, whether they read this queue, and whether they reach Temporal."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.events.name }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 6
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}

output "queue_url" {
  description = "What the workers read"
  value       = aws_sqs_queue.events.url
}

output "queue_arn" {
  description = "What ../rule and ../function ask for"
  value       = aws_sqs_queue.events.arn
}
